# Kernels are built once per processor level, each level a shared object of its own with hidden
# symbols that the core opens by path: so Eigen's templates never meet across levels.
string(TOLOWER "${CMAKE_SYSTEM_PROCESSOR}" processor)
if(processor MATCHES "x86_64|amd64")
  set(known_levels x86-64 x86-64-v3 x86-64-v4)
elseif(processor MATCHES "aarch64|arm64")
  set(known_levels arm64)
else()
  message(FATAL_ERROR "deepcore has kernels for x86-64 and arm64, got ${CMAKE_SYSTEM_PROCESSOR}.")
endif()

set(flags_x86-64 -march=x86-64)
set(flags_x86-64-v3 -march=x86-64-v3)
set(flags_x86-64-v4 -march=x86-64-v4 -mprefer-vector-width=512)
set(flags_arm64 -march=armv8-a)

if(DEEPCORE_LEVELS STREQUAL "all")
  set(DEEPCORE_BUILD_LEVELS ${known_levels})
elseif(DEEPCORE_LEVELS STREQUAL "native")
  # The widest level whose macros the compiler defines for the machine that builds.
  execute_process(COMMAND ${CMAKE_CXX_COMPILER} -march=native -dM -E -x c++ /dev/null
                  OUTPUT_VARIABLE macros)
  list(GET known_levels 0 DEEPCORE_BUILD_LEVELS)
  if(macros MATCHES "__AVX512F__" AND macros MATCHES "__AVX512BW__" AND macros MATCHES "__AVX512CD__"
     AND macros MATCHES "__AVX512DQ__" AND macros MATCHES "__AVX512VL__")
    set(DEEPCORE_BUILD_LEVELS x86-64-v4)
  elseif(macros MATCHES "__AVX2__" AND macros MATCHES "__FMA__")
    set(DEEPCORE_BUILD_LEVELS x86-64-v3)
  endif()
else()
  set(DEEPCORE_BUILD_LEVELS ${DEEPCORE_LEVELS})
endif()

function(deepcore_add_kernels level)
  if(NOT level IN_LIST known_levels)
    message(FATAL_ERROR "DEEPCORE_LEVELS: ${level} is none of ${known_levels}, all or native.")
  endif()
  string(REPLACE "-" "_" name "_kernels_${level}")
  add_library(${name} MODULE ${kernel_sources})
  set_target_properties(${name} PROPERTIES PREFIX "")
  target_compile_options(${name} PRIVATE ${flags_${level}})
  target_compile_definitions(${name} PRIVATE DEEPCORE_LEVEL="${level}")
  target_link_libraries(${name} PRIVATE deepcore_options deepcore_eigen)
  if(DEEPCORE_SANITIZE AND CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
    # A micro-kernel is one function of thousands of accesses. With each of them checked in line,
    # conv.cpp takes g++ 12 more than ten minutes; with calls, one.
    target_compile_options(${name} PRIVATE
      -O1 -g0 "SHELL:--param asan-instrumentation-with-call-threshold=0"
      -fno-sanitize=null,alignment,object-size,pointer-overflow)
  endif()
  install(TARGETS ${name} DESTINATION deepcore COMPONENT python)
endfunction()
