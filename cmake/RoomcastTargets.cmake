# How this project makes a library and a test. Warnings, sanitizers and include paths are said here.

add_library(roomcast_options INTERFACE)
target_include_directories(roomcast_options INTERFACE ${PROJECT_SOURCE_DIR})
# Fields that a designated initializer leaves out have their defaults, on purpose.
target_compile_options(roomcast_options INTERFACE -Wall -Wextra -Wshadow -Wnon-virtual-dtor
                       -Wno-missing-field-initializers -Werror)

if(ROOMCAST_SANITIZE)
  add_compile_options(-fsanitize=${ROOMCAST_SANITIZE} -fno-omit-frame-pointer
                      -fno-sanitize-recover=all)
  add_link_options(-fsanitize=${ROOMCAST_SANITIZE})
  if(ROOMCAST_SANITIZE STREQUAL "thread")
    # ThreadSanitizer does not see the fences that Asio has around its handlers, and GCC says so. A
    # loop of ours is used by one thread, and threads meet in the mailbox, which has no fence.
    add_compile_options(-Wno-tsan)
  endif()
endif()
if(ROOMCAST_FUZZ)
  # Coverage for every object, so that libFuzzer sees into the libraries; main() only in the targets.
  add_compile_options(-fsanitize=fuzzer-no-link)
endif()

# roomcast_library(NAME SOURCES file… [LINK target…])
# One target per folder. Public includes are written from the repository's root.
function(roomcast_library name)
  cmake_parse_arguments(arg "" "" "SOURCES;LINK" ${ARGN})
  add_library(${name} STATIC ${arg_SOURCES})
  target_link_libraries(${name} PUBLIC roomcast_options ${arg_LINK})
endfunction()

# All programs whose tests run under ThreadSanitizer too.
add_custom_target(roomcast_tsan_tests)

# roomcast_test(NAME [TSAN] SOURCES file… [LINK target…])
# A GoogleTest program; each of its tests is one CTest test. Under Emscripten it runs in Node. TSAN: it
# has threads of its own, so it is among the tests with the label `tsan`.
function(roomcast_test name)
  cmake_parse_arguments(arg "TSAN" "" "SOURCES;LINK" ${ARGN})
  set(labels)
  if(arg_TSAN)
    set(labels PROPERTIES LABELS tsan)
  endif()
  add_executable(${name} ${arg_SOURCES})
  if(arg_TSAN)
    add_dependencies(roomcast_tsan_tests ${name})
  endif()
  if(EMSCRIPTEN)
    target_link_libraries(${name} PRIVATE roomcast_options ${arg_LINK} gtest_main gmock)
    # A failed assertion must reach Node as an exit code, and files are read from the real disk. Compiled
    # asynchronously, the loader would ask Node's fetch() for a file's path, in vain.
    target_link_options(${name} PRIVATE -sEXIT_RUNTIME=1 -sNODERAWFS=1 -sALLOW_MEMORY_GROWTH=1
                                        -sWASM_ASYNC_COMPILATION=0)
    add_test(NAME ${name} COMMAND node $<TARGET_FILE:${name}> WORKING_DIRECTORY ${PROJECT_SOURCE_DIR})
  else()
    target_link_libraries(${name} PRIVATE roomcast_options ${arg_LINK} GTest::gtest_main GTest::gmock)
    gtest_discover_tests(${name} WORKING_DIRECTORY ${PROJECT_SOURCE_DIR} DISCOVERY_TIMEOUT 60
                         TEST_PREFIX ${name}. ${labels})
  endif()
endfunction()

# roomcast_fuzz(NAME SOURCES file… [LINK target…])
# A libFuzzer target of tests/fuzz. Without ROOMCAST_FUZZ the same file is linked with a small main
# that replays its corpus (tests/fuzz/corpus/NAME), as an ordinary test.
function(roomcast_fuzz name)
  cmake_parse_arguments(arg "" "" "SOURCES;LINK" ${ARGN})
  if(ROOMCAST_FUZZ)
    add_executable(${name} ${arg_SOURCES})
    target_link_libraries(${name} PRIVATE roomcast_options ${arg_LINK})
    target_link_options(${name} PRIVATE -fsanitize=fuzzer)
  elseif(NOT EMSCRIPTEN)
    add_executable(${name} ${arg_SOURCES} ${PROJECT_SOURCE_DIR}/tests/fuzz/replay_main.cc)
    target_link_libraries(${name} PRIVATE roomcast_options ${arg_LINK})
    add_test(NAME fuzz_corpus.${name}
             COMMAND ${name} ${PROJECT_SOURCE_DIR}/tests/fuzz/corpus/${name})
  endif()
endfunction()
