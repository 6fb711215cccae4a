# find_package(roomcast): the C++ SDK as `cmake --install BUILD --component sdk` laid it out.
#   roomcast::client  the client and its Boost.Beast transport (roomcast/beast_transport.h, which wants
#                     Boost's headers and threads from who uses it)
get_filename_component(_roomcast_prefix "${CMAKE_CURRENT_LIST_DIR}/../../.." ABSOLUTE)

if(NOT TARGET roomcast::client)
  # From what knows least to what knows most.
  set(_roomcast_needs "")
  foreach(_roomcast_part IN ITEMS protocol client_core client)
    add_library(roomcast::${_roomcast_part} STATIC IMPORTED)
    set_target_properties(roomcast::${_roomcast_part} PROPERTIES
      IMPORTED_LOCATION "${_roomcast_prefix}/lib/libroomcast_${_roomcast_part}.a"
      INTERFACE_LINK_LIBRARIES "${_roomcast_needs}")
    set(_roomcast_needs roomcast::${_roomcast_part})
  endforeach()
  set_target_properties(roomcast::client PROPERTIES
    INTERFACE_INCLUDE_DIRECTORIES "${_roomcast_prefix}/include"
    INTERFACE_COMPILE_FEATURES cxx_std_20)
endif()
