"""The bridge's Python stubs, generated from the schema as this module is imported.

Your own project would generate them once, when it is built:
  python3 -m grpc_tools.protoc -I proto --python_out=. --grpc_python_out=. \
      roomcast/v1/client.proto roomcast/v1/bridge.proto
"""
import pathlib
import sys
import tempfile

from grpc_tools import protoc

_PROTO = pathlib.Path(__file__).resolve().parents[2] / "proto"

with tempfile.TemporaryDirectory() as _out:
    if protoc.main(["protoc", f"-I{_PROTO}", f"--python_out={_out}", f"--grpc_python_out={_out}",
                    "roomcast/v1/client.proto", "roomcast/v1/bridge.proto"]):
        raise ImportError(f"protoc does not like the schema in {_PROTO}")
    sys.path.insert(0, _out)
    from roomcast.v1 import bridge_pb2, bridge_pb2_grpc, client_pb2  # pylint: disable=unused-import
    sys.path.remove(_out)
