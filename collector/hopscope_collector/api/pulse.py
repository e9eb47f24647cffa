"""Tells everybody who waits that something was stored: one asks the store, however many wait."""

import asyncio
from contextlib import suppress

from hopscope_collector.api.reading import Reading
from hopscope_collector.api.refusals import RefusedError, overloaded
from hopscope_collector.store.contract import Changes

LOOK_EVERY_S = 0.1


class Pulse:
    """Used by the event loop alone, but for `end()`."""

    def __init__(self, reading: Reading, most_listeners: int) -> None:
        self._reading = reading
        self._most_listeners = most_listeners
        self._listeners = 0
        self._has_changed = asyncio.Event()
        self._watcher: asyncio.Task[None] | None = None
        self._is_over = False

    def join(self) -> None:
        """One more who waits; leaves with `leave()`.

        Raises:
            RefusedError: so many wait already.
        """
        if self._listeners >= self._most_listeners:
            raise overloaded(f"{self._listeners} readers listen to changes", retry_after_s=10)
        self._listeners += 1
        if self._watcher is None:
            self._watcher = asyncio.create_task(self._watch())

    def leave(self) -> None:
        """One less."""
        self._listeners -= 1
        if self._listeners == 0 and self._watcher is not None:
            self._watcher.cancel()
            self._watcher = None

    def end(self) -> None:
        """Nobody waits any longer: the server stops. May be called from any thread."""
        self._is_over = True

    async def changes_since(self, token: int) -> Changes:
        """What was written since the token was given, now."""
        return await self._reading.ask(lambda _flows, store: store.changes_since(token))

    async def next_changes(self, token: int) -> Changes:
        """The same, as soon as there are any. An empty store always says `everything`: its token tells.

        Raises:
            RefusedError: the store is away, or nobody waits any longer.
        """
        while True:
            waits = self._has_changed
            if self._is_over:
                raise overloaded("the collector stops", retry_after_s=10)
            changes = await self.changes_since(token)
            if changes.token != token:
                return changes
            await waits.wait()

    async def _watch(self) -> None:
        token = -1
        while not self._is_over:
            with suppress(RefusedError):  # the store is busy or away: looked at again
                now = (await self.changes_since(max(token, 0))).token
                if now != token:
                    token = now
                    before, self._has_changed = self._has_changed, asyncio.Event()
                    before.set()
            await asyncio.sleep(LOOK_EVERY_S)
        self._has_changed.set()
