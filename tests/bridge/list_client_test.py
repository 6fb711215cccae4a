#!/usr/bin/env python3
"""Lists of rooms and sessions, against the real hub with real members."""
import unittest

import grpc

import hub_process
from bridge_client_test import PATIENCE, text
from watch_client_test import HubCase

# pylint: disable=wrong-import-position,import-error
from roomcast.v1 import bridge_pb2


class ListTest(HubCase):
    """Server streams with filters and pages."""

    def rooms(self, **request):
        """All RoomInfos of one call, and its last token."""
        messages = list(self.stub.ListRooms(bridge_pb2.ListRoomsRequest(**request),
                                            timeout=PATIENCE))
        return [room for one in messages for room in one.rooms], messages[-1].next_page_token

    def test_rooms_are_listed_by_name_in_pages(self):
        names = sorted(f"short:list-{number}" for number in range(700))
        for name in names:
            self.publish(name)
        rooms, token = self.rooms(name_prefix="short:list-")
        self.assertEqual([room.room for room in rooms], names)
        self.assertEqual(token, "")
        self.assertTrue(all(room.position.offset == 1 and room.history_count == 1
                            and room.history_bytes > 0 and room.last_publication_at > 0
                            for room in rooms))
        listed, token = [], ""
        while True:
            part, token = self.rooms(name_prefix="short:list-", limit=150, page_token=token)
            self.assertLessEqual(len(part), 150)
            listed += [room.room for room in part]
            if not token:
                break
        self.assertEqual(listed, names)

    def test_no_room_fits_and_the_stream_still_ends(self):
        rooms, token = self.rooms(name_prefix="short:nothing-")
        self.assertEqual((rooms, token), ([], ""))
        self.assertEqual(self.rooms(members_min=4_000_000_000)[0], [])

    def test_sessions_of_nobody(self):
        def ask(**request):
            messages = list(self.stub.ListSessions(bridge_pb2.ListSessionsRequest(**request),
                                                   timeout=PATIENCE))
            return [one for message in messages for one in message.sessions]
        self.assertEqual(ask(user="nobody"), [])
        self.assertEqual(ask(session="no id at all"), [])
        self.assertEqual(ask(session="0000" + "a" * 24), [])

    def test_bad_pages_are_refused(self):
        def refused(call, request):
            with self.assertRaises(grpc.RpcError) as caught:
                list(call(request, timeout=PATIENCE))
            return caught.exception.code()
        bad = grpc.StatusCode.INVALID_ARGUMENT
        self.assertEqual(refused(self.stub.ListSessions,
                                 bridge_pb2.ListSessionsRequest(page_token="nonsense")), bad)
        self.assertEqual(refused(self.stub.ListRooms,
                                 bridge_pb2.ListRoomsRequest(page_token="x" * 300)), bad)
        call = self.channel.unary_stream("/roomcast.v1.Bridge/ListRooms")
        self.assertEqual(refused(call, b"\xff\xff"), bad)

    def test_a_caller_that_reads_one_message_and_goes_is_forgotten(self):
        for _ in range(50):
            call = self.stub.ListRooms(bridge_pb2.ListRoomsRequest(), timeout=PATIENCE)
            next(iter(call))
            call.cancel()
        self.rooms()


if __name__ == "__main__":
    unittest.main()
