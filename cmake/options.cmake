# Compiler settings shared by every target. -Werror comes from the presets: packagers have other compilers.
option(SMPPD_DAEMON "Build the daemon, the tools, the examples and their tests; OFF: the library alone" ON)
option(SMPPD_TESTS "Build the tests" ON)
option(SMPPD_FUZZ "Build the libFuzzer targets (clang only)" OFF)

set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)

find_program(CCACHE ccache)
if(CCACHE AND NOT CMAKE_CXX_COMPILER_LAUNCHER)
  set(CMAKE_CXX_COMPILER_LAUNCHER ${CCACHE})
endif()

add_library(smppd_settings INTERFACE)
target_include_directories(smppd_settings INTERFACE $<BUILD_INTERFACE:${PROJECT_SOURCE_DIR}>)
target_compile_options(
  smppd_settings
  INTERFACE -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wsign-conversion -Wold-style-cast
            -Woverloaded-virtual -Wcast-qual -Wformat=2 -Wimplicit-fallthrough -Wextra-semi -Wundef
            -Wredundant-decls -Wsuggest-override)
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  target_compile_options(smppd_settings INTERFACE -Wduplicated-cond -Wduplicated-branches
                                                  -Wlogical-op -Wuseless-cast)
  # g++ 12 takes the frames of Asio's coroutines, which come from a recycling allocator, for mismatched.
  target_compile_options(smppd_settings INTERFACE -Wno-mismatched-new-delete)
endif()
target_compile_definitions(smppd_settings
                           INTERFACE $<$<NOT:$<CONFIG:Release>>:_GLIBCXX_ASSERTIONS>)

# Precompiled headers need this with ccache: time stamps of included files do not matter to it.
function(smppd_precompile target)
  target_precompile_headers(${target} PRIVATE ${ARGN})
  target_compile_options(${target} PRIVATE -fpch-preprocess)
endfunction()
