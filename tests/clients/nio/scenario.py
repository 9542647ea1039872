"""A story told by two clients of matrix-nio, with encryption, on the homeserver whose URL is given.

Prints a line of JSON for every step that went well; ends with an exception at the first that does not.
"""

import asyncio
import json
import os
import sys
import tempfile
from urllib.parse import quote

import nio
import nio.crypto

PATIENCE = 30
PASSWORD = "correct horse battery"


def step(name):
    print(json.dumps({"step": name}), flush=True)


def need(response, expected):
    """The response, if it is what was asked for."""
    if not isinstance(response, expected):
        raise AssertionError(f"{expected.__name__} was expected, and {response!r} came")
    return response


class Person:
    """A client with a store of its own, and what its syncs brought."""

    def __init__(self, url, name, folder):
        path = os.path.join(folder, name)
        os.mkdir(path)
        self.client = nio.AsyncClient(url, "", store_path=path, config=nio.AsyncClientConfig(encryption_enabled=True, store_sync_tokens=True))
        self.name = name
        self.events = []
        self.to_device = []
        self.left = set()
        self.client.add_event_callback(lambda room, event: self.events.append((room.room_id, event)), nio.Event)
        self.client.add_ephemeral_callback(lambda room, event: self.events.append((room.room_id, event)), nio.EphemeralEvent)
        self.client.add_to_device_callback(self.to_device.append, nio.KeyVerificationEvent)

    @property
    def user(self):
        return self.client.user_id

    async def register(self):
        need(await self.client.register(self.name, PASSWORD, f"{self.name} of nio"), nio.RegisterResponse)
        self.client.load_store()

    async def read(self, path):
        """What the server has there, before nio understands it."""
        answer = await self.client.send("GET", path, headers={"Authorization": f"Bearer {self.client.access_token}"})
        assert answer.status == 200, answer
        return await answer.read()

    async def sync(self):
        """One sync, and what a client of nio does after it."""
        response = need(await self.client.sync(timeout=1000, full_state=False), nio.SyncResponse)
        self.left.update(response.rooms.leave)
        if self.client.should_upload_keys:
            need(await self.client.keys_upload(), nio.KeysUploadResponse)
        if self.client.should_query_keys:
            need(await self.client.keys_query(), nio.KeysQueryResponse)
        if self.client.should_claim_keys:
            need(await self.client.keys_claim(self.client.get_users_for_key_claiming()), nio.KeysClaimResponse)
        await self.client.send_to_device_messages()

    async def sync_until(self, what, find):
        """Syncs until `find` finds something; that."""

        async def search():
            while True:
                found = find()
                if found:
                    return found
                await self.sync()

        try:
            return await asyncio.wait_for(search(), PATIENCE)
        except asyncio.TimeoutError:
            raise AssertionError(f"{self.name} waited in vain for {what}") from None

    def find(self, kind, wanted=lambda event: True):
        return lambda: next((event for _, event in self.events if isinstance(event, kind) and wanted(event)), None)


async def meet(alice, bob):
    for person in (alice, bob):
        await person.register()
        await person.sync()
    step("two people register and upload their keys")

    created = need(
        await alice.client.room_create(
            name="Nio", topic="A second client", invite=[bob.user], preset=nio.RoomPreset.private_chat,
            initial_state=[{"type": "m.room.encryption", "state_key": "", "content": {"algorithm": "m.megolm.v1.aes-sha2"}}],
        ),
        nio.RoomCreateResponse,
    )
    room = created.room_id
    await bob.sync_until("the invitation", lambda: room in bob.client.invited_rooms)
    assert bob.client.invited_rooms[room].display_name == "Nio"
    need(await bob.client.join(room), nio.JoinResponse)
    await bob.sync_until("the room", lambda: room in bob.client.rooms)
    await alice.sync_until("who joined", lambda: room in alice.client.rooms and bob.user in alice.client.rooms[room].users)
    assert alice.client.rooms[room].encrypted and bob.client.rooms[room].encrypted
    step("an invitation is shown and taken")
    return room


def trust_all(person, other):
    for device in person.client.device_store.active_user_devices(other.user):
        person.client.verify_device(device)


async def verify(alice, bob):
    """The emoji of the older verification between two devices, which nio speaks."""
    for one, other in ((alice, bob), (bob, alice)):
        await one.sync_until("the other's devices", lambda one=one, other=other: list(one.client.device_store.active_user_devices(other.user)))
    device = next(alice.client.device_store.active_user_devices(bob.user))
    need(await alice.client.start_key_verification(device), nio.ToDeviceResponse)
    start = await bob.sync_until("the start", lambda: next((e for e in bob.to_device if isinstance(e, nio.KeyVerificationStart)), None))
    need(await bob.client.accept_key_verification(start.transaction_id), nio.ToDeviceResponse)
    sas = {}
    for person in (alice, bob, alice):
        await person.sync()
    for person in (alice, bob):
        sas[person] = await person.sync_until(
            "the emoji", lambda person=person: (s := person.client.key_verifications.get(start.transaction_id)) and s.other_key_set and s
        )
    assert sas[alice].get_emoji() == sas[bob].get_emoji()
    for person in (alice, bob):
        need(await person.client.confirm_short_auth_string(start.transaction_id), nio.ToDeviceResponse)
    for person in (alice, bob):
        await person.sync_until("the verification", lambda person=person: sas[person].verified)
    assert next(alice.client.device_store.active_user_devices(bob.user)).verified
    step("two devices compare emoji and trust each other")


async def talk(alice, bob, room):
    content = {"msgtype": "m.text", "body": "Hello from nio"}
    sent = need(await alice.client.room_send(room, "m.room.message", content), nio.RoomSendResponse)
    await bob.sync_until("the message", bob.find(nio.RoomMessageText, lambda event: event.body == "Hello from nio" and event.decrypted))
    stored = json.loads(await alice.read(f"/_matrix/client/v3/rooms/{quote(room)}/event/{quote(sent.event_id)}"))
    assert stored["type"] == "m.room.encrypted" and "body" not in stored["content"], stored
    step("a message is encrypted, and decrypted by the other")

    need(await bob.client.room_typing(room, True), nio.RoomTypingResponse)
    await alice.sync_until("who types", alice.find(nio.TypingNoticeEvent, lambda event: bob.user in event.users))
    need(await bob.client.room_read_markers(room, sent.event_id, sent.event_id), nio.RoomReadMarkersResponse)
    await alice.sync_until("the receipt", lambda: alice.client.rooms[room].read_receipts.get(bob.user))
    step("typing and receipts arrive")

    reaction = {"m.relates_to": {"rel_type": "m.annotation", "event_id": sent.event_id, "key": "👍"}}
    need(await bob.client.room_send(room, "m.reaction", reaction), nio.RoomSendResponse)
    need(await alice.client.room_redact(room, sent.event_id, "changed my mind"), nio.RoomRedactResponse)
    await bob.sync_until("the redaction", bob.find(nio.RedactionEvent, lambda event: event.redacts == sent.event_id))
    page = need(await bob.client.room_messages(room, bob.client.next_batch, limit=50), nio.RoomMessagesResponse)
    assert any(isinstance(event, nio.RedactedEvent) and event.event_id == sent.event_id for event in page.chunk)
    step("what is redacted is gone from the history")


async def share(alice, bob, room):
    secret = os.urandom(4000)
    with tempfile.TemporaryFile() as file:
        file.write(secret)
        file.seek(0)
        uploaded, keys = await alice.client.upload(file, "application/octet-stream", "secret.bin", encrypt=True, filesize=len(secret))
    need(uploaded, nio.UploadResponse)
    content = {"msgtype": "m.file", "body": "secret.bin", "file": {**keys, "url": uploaded.content_uri}, "info": {"size": len(secret)}}
    need(await alice.client.room_send(room, "m.room.message", content), nio.RoomSendResponse)
    event = await bob.sync_until("the file", bob.find(nio.RoomEncryptedFile))
    server, media = event.url[len("mxc://"):].split("/")
    stored = await bob.read(f"/_matrix/client/v1/media/download/{server}/{media}")
    assert stored != secret
    assert nio.crypto.decrypt_attachment(stored, event.key["k"], event.hashes["sha256"], event.iv) == secret
    step("an encrypted file is uploaded, and only the other can read it")


async def settle(alice, bob, room):
    need(await alice.client.set_displayname("Alice of nio"), nio.ProfileSetDisplayNameResponse)
    await bob.sync_until("the new name", lambda: bob.client.rooms[room].user_name(alice.user) == "Alice of nio")
    need(await alice.client.room_put_state(room, "m.room.topic", {"topic": "changed"}), nio.RoomPutStateResponse)
    await bob.sync_until("the topic", lambda: bob.client.rooms[room].topic == "changed")
    need(await bob.client.room_leave(room), nio.RoomLeaveResponse)
    await bob.sync_until("the leave", lambda: room in bob.left)
    need(await bob.client.room_forget(room), nio.RoomForgetResponse)
    need(await bob.client.logout(), nio.LogoutResponse)
    step("names and topics change, and one leaves, forgets and logs out")


async def main(url):
    with tempfile.TemporaryDirectory() as folder:
        alice, bob = Person(url, "alice-nio", folder), Person(url, "bob-nio", folder)
        try:
            room = await meet(alice, bob)
            await verify(alice, bob)
            await talk(alice, bob, room)
            await share(alice, bob, room)
            await settle(alice, bob, room)
        finally:
            await alice.client.close()
            await bob.client.close()


asyncio.run(main(sys.argv[1]))
