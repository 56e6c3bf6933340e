# Eigen's headers: a folder given as -DDEEPCORE_EIGEN_DIR, else the cmeel-eigen package of the
# Python that builds, else a system Eigen 3.4. Headers only: Eigen's own targets would pull in more.
set(DEEPCORE_EIGEN_DIR "" CACHE PATH "Folder that holds Eigen/Core")
set(eigen_dir "${DEEPCORE_EIGEN_DIR}")
if(NOT eigen_dir)
  execute_process(
    COMMAND ${Python_EXECUTABLE} -c
      "from importlib.metadata import distribution as d; print(d('cmeel-eigen').locate_file('cmeel.prefix/include/eigen3'))"
    OUTPUT_VARIABLE eigen_dir OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET)
endif()
if(NOT EXISTS "${eigen_dir}/Eigen/Core")
  find_path(eigen_system Eigen/Core PATH_SUFFIXES eigen3)
  set(eigen_dir "${eigen_system}")
endif()
if(NOT EXISTS "${eigen_dir}/Eigen/Core")
  message(FATAL_ERROR "Eigen 3.4 was not found: install the Python package cmeel-eigen or the "
                      "system's Eigen, or point -DDEEPCORE_EIGEN_DIR at its headers.")
endif()

file(STRINGS "${eigen_dir}/Eigen/src/Core/util/Macros.h" eigen_lines
     REGEX "#define EIGEN_(WORLD|MAJOR|MINOR)_VERSION")
string(REGEX REPLACE ".*WORLD_VERSION ([0-9]+).*MAJOR_VERSION ([0-9]+).*MINOR_VERSION ([0-9]+).*"
       "\\1.\\2.\\3" DEEPCORE_EIGEN_VERSION "${eigen_lines}")
if(DEEPCORE_EIGEN_VERSION VERSION_LESS 3.4)
  message(FATAL_ERROR "Eigen 3.4 or newer is needed, got ${DEEPCORE_EIGEN_VERSION} in ${eigen_dir}.")
endif()

add_library(deepcore_eigen INTERFACE)
target_include_directories(deepcore_eigen SYSTEM INTERFACE "${eigen_dir}")
# Threads are parallel_for's business, and only the MPL2 part of Eigen is used.
target_compile_definitions(deepcore_eigen INTERFACE EIGEN_DONT_PARALLELIZE EIGEN_MPL2_ONLY)
