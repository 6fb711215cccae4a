# find_package(roomcast): the C++ SDK as `cmake --install BUILD --component sdk` laid it out.
#   roomcast::client   the client and its transport: natively Boost.Beast's (roomcast/beast_transport.h,
#                      which wants Boost's headers and threads from who uses it), under Emscripten the
#                      browser's (roomcast/browser_transport.h)
#   roomcast::testing  a hub and a network for an application's tests (roomcast/testing.h)
get_filename_component(_roomcast_prefix "${CMAKE_CURRENT_LIST_DIR}/../../.." ABSOLUTE)

# _roomcast_part(NAME NEED…)
function(_roomcast_part name)
  list(TRANSFORM ARGN PREPEND roomcast::)
  add_library(roomcast::${name} STATIC IMPORTED)
  set_target_properties(roomcast::${name} PROPERTIES
    IMPORTED_LOCATION "${_roomcast_prefix}/lib/libroomcast_${name}.a"
    INTERFACE_LINK_LIBRARIES "${ARGN}")
endfunction()

if(NOT TARGET roomcast::client)
  _roomcast_part(protocol)
  _roomcast_part(client_core protocol)
  _roomcast_part(client client_core)
  set_target_properties(roomcast::client PROPERTIES
    INTERFACE_INCLUDE_DIRECTORIES "${_roomcast_prefix}/include"
    INTERFACE_COMPILE_FEATURES cxx_std_20)
  _roomcast_part(hub protocol)
  _roomcast_part(engine hub)
  _roomcast_part(testing client engine)
endif()
