"""The Partner Central Selling API on localhost: resource snapshot jobs, their tags, settings and snapshots.

For trying programs offline, and as the independent witness of this project's tests. Speaks the real wire to any AWS
SDK; knows nothing of the provider that it is used to test.
"""

from partnercentral_emulator.process import Emulator
from partnercentral_emulator.switches import Switches

__all__ = ["Emulator", "Switches"]
