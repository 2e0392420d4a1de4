# The device code: each .cu becomes PTX, each PTX is assembled for the devices that are named, and all of it becomes
# data (images.h). What is assembled is the very PTX that tests interpret.
set(AKASHI_CUDA_DEVICES 80 90)
# Exact arithmetic: no contraction, no flushing, division and square root correctly rounded (docs/numerics.md).
set(AKASHI_CUDA_FLAGS -std=c++17 -fmad=false -ftz=false -prec-div=true -prec-sqrt=true -O3
	CACHE STRING "what nvcc is told about device code")
file(STRINGS kernels/cuda/kernels.def lines REGEX "^CUDA_KERNEL")
set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS kernels/cuda/kernels.def)
set(cuda_files)
foreach(line IN LISTS lines)
	string(REGEX REPLACE "^CUDA_KERNEL\\(([a-z0-9_]+),.*" "\\1" file ${line})
	list(APPEND cuda_files ${file})
endforeach()
list(REMOVE_DUPLICATES cuda_files)

# cuda_tools_try(<out why not>): an nvcc may lack the g++ that it reads headers with, or be too old for a device that is
# named. Asked once for each compiler.
function(cuda_tools_try out)
	set(folder ${CMAKE_BINARY_DIR}/cuda_try)
	set(${out} "" PARENT_SCOPE)
	if(AKASHI_CUDA_TRIED STREQUAL "${AKASHI_NVCC} ${AKASHI_PTXAS}")
		return()
	endif()
	file(WRITE ${folder}/one.cu "__global__ void one(int *x) { *x = 1; }\n")
	execute_process(COMMAND ${AKASHI_NVCC} -ptx -arch=compute_80 -o ${folder}/one.ptx ${folder}/one.cu
		RESULT_VARIABLE status OUTPUT_VARIABLE said ERROR_VARIABLE said)
	foreach(device IN LISTS AKASHI_CUDA_DEVICES)
		if(status EQUAL 0)
			execute_process(COMMAND ${AKASHI_PTXAS} -arch=sm_${device} -o ${folder}/one.cubin ${folder}/one.ptx
				RESULT_VARIABLE status OUTPUT_VARIABLE said ERROR_VARIABLE said)
		endif()
	endforeach()
	if(status EQUAL 0)
		set(AKASHI_CUDA_TRIED "${AKASHI_NVCC} ${AKASHI_PTXAS}" CACHE INTERNAL "the CUDA compiler that was found to work")
	else()
		string(STRIP "${said}" said)
		set(${out} "${AKASHI_NVCC} does not compile: ${status}: ${said}" PARENT_SCOPE)
	endif()
endfunction()

set(AKASHI_HAVE_CUDA OFF)
if(NOT AKASHI_CUDA STREQUAL OFF)
	# CUDACXX names a compiler, as CXX does; so it comes first
	set(nvcc_names nvcc)
	if(NOT "$ENV{CUDACXX}" STREQUAL "")
		set(nvcc_names $ENV{CUDACXX} nvcc)
	endif()
	find_program(AKASHI_NVCC NAMES ${nvcc_names} HINTS /usr/local/cuda/bin DOC "the CUDA compiler")
	if(AKASHI_NVCC)
		get_filename_component(cuda_bin ${AKASHI_NVCC} REALPATH)
		get_filename_component(cuda_bin ${cuda_bin} DIRECTORY)
		find_program(AKASHI_PTXAS ptxas HINTS ${cuda_bin} /usr/local/cuda/bin DOC "the assembler of PTX")
	endif()
	if(AKASHI_NVCC AND AKASHI_PTXAS)
		cuda_tools_try(cuda_refused)
		if(NOT cuda_refused)
			set(AKASHI_HAVE_CUDA ON)
		elseif(AKASHI_CUDA STREQUAL ON)
			message(FATAL_ERROR "AKASHI_CUDA=ON, and ${cuda_refused}")
		else()
			message(WARNING "There will be no device code: ${cuda_refused}")
		endif()
	elseif(AKASHI_CUDA STREQUAL ON)
		message(FATAL_ERROR "AKASHI_CUDA=ON, and there is no nvcc with its ptxas: install the CUDA Toolkit or set AKASHI_NVCC")
	endif()
endif()

set(images ${CMAKE_BINARY_DIR}/cuda)
set(products)
if(AKASHI_HAVE_CUDA)
	file(MAKE_DIRECTORY ${images})
	file(GLOB cuda_headers CONFIGURE_DEPENDS kernels/cuda/*.h)
	list(APPEND cuda_headers ${CMAKE_SOURCE_DIR}/kernels/exact_math.h ${CMAKE_SOURCE_DIR}/kernels/hash_rounds.h)
	foreach(file IN LISTS cuda_files)
		add_custom_command(OUTPUT ${images}/${file}.ptx VERBATIM
			DEPENDS ${CMAKE_SOURCE_DIR}/kernels/cuda/${file}.cu ${cuda_headers}
			COMMAND ${AKASHI_NVCC} -ptx -arch=compute_80 ${AKASHI_CUDA_FLAGS} -I${CMAKE_SOURCE_DIR}
				-o ${images}/${file}.ptx ${CMAKE_SOURCE_DIR}/kernels/cuda/${file}.cu)
		list(APPEND products ${images}/${file}.ptx)
		foreach(device IN LISTS AKASHI_CUDA_DEVICES)
			add_custom_command(OUTPUT ${images}/${file}.sm_${device}.cubin VERBATIM DEPENDS ${images}/${file}.ptx
				COMMAND ${AKASHI_PTXAS} -O3 -arch=sm_${device} -o ${images}/${file}.sm_${device}.cubin ${images}/${file}.ptx)
			list(APPEND products ${images}/${file}.sm_${device}.cubin)
		endforeach()
	endforeach()
endif()
string(REPLACE ";" "," names "${cuda_files}")
add_custom_command(OUTPUT ${CMAKE_BINARY_DIR}/embedded/cuda_images.c VERBATIM
	DEPENDS ${products} ${CMAKE_SOURCE_DIR}/kernels/cuda/images_embed.cmake kernels/cuda/kernels.def
	COMMAND ${CMAKE_COMMAND} -DNAMES=${names} -DIMAGES=${images} -DHAVE=${AKASHI_HAVE_CUDA}
		-DOUT=${CMAKE_BINARY_DIR}/embedded/cuda_images.c -P ${CMAKE_SOURCE_DIR}/kernels/cuda/images_embed.cmake)
