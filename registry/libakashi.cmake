# libakashi for other programs: shared, static, header, pkg-config file. Only akashi_* can be seen.
file(GLOB face_sources RELATIVE ${CMAKE_SOURCE_DIR} CONFIGURE_DEPENDS registry/akashi*.c)

add_library(akashi_face OBJECT ${face_sources})

# The version script hides all else, whatever a third-party header declares visible.
add_library(akashi_shared SHARED $<TARGET_OBJECTS:akashi_face>)
set_target_properties(akashi_shared PROPERTIES OUTPUT_NAME akashi LINKER_LANGUAGE C
	VERSION ${PROJECT_VERSION} SOVERSION ${PROJECT_VERSION_MAJOR}
	LINK_DEPENDS ${CMAKE_SOURCE_DIR}/registry/akashi.map)
target_link_libraries(akashi_shared PRIVATE akashi_registry)
target_link_options(akashi_shared PRIVATE -Wl,--as-needed
	-Wl,--version-script=${CMAKE_SOURCE_DIR}/registry/akashi.map)
if(NOT AKASHI_SANITIZE)
	target_link_options(akashi_shared PRIVATE -Wl,--no-undefined)
endif()

# Static: one object with all that the face needs, its hidden symbols made local.
find_program(OBJCOPY objcopy REQUIRED)
set(object ${CMAKE_BINARY_DIR}/static/akashi.o)
set(archive ${CMAKE_BINARY_DIR}/static/libakashi.a)
add_custom_command(OUTPUT ${archive} VERBATIM COMMAND_EXPAND_LISTS
	DEPENDS akashi_registry akashi_verify akashi_kernels $<TARGET_OBJECTS:akashi_face>
	COMMAND ${CMAKE_COMMAND} -E make_directory ${CMAKE_BINARY_DIR}/static
	COMMAND ${CMAKE_COMMAND} -E rm -f ${archive}
	COMMAND ${CMAKE_C_COMPILER} -nostdlib -r -o ${object} $<TARGET_OBJECTS:akashi_face>
		-Wl,--start-group $<TARGET_FILE:akashi_registry> $<TARGET_FILE:akashi_verify>
		$<TARGET_FILE:akashi_kernels> -Wl,--end-group
	COMMAND ${OBJCOPY} --localize-hidden ${object}
	COMMAND ${CMAKE_AR} rcs ${archive} ${object})
add_custom_target(akashi_static ALL DEPENDS ${archive})

# The pkg-config file finds its prefix from where it lies, so that a tree can be moved.
file(RELATIVE_PATH AKASHI_PREFIX ${CMAKE_INSTALL_FULL_LIBDIR}/pkgconfig ${CMAKE_INSTALL_PREFIX})
configure_file(registry/akashi.pc.in ${CMAKE_BINARY_DIR}/akashi.pc @ONLY)

install(TARGETS akashi_shared LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR})
install(FILES ${archive} DESTINATION ${CMAKE_INSTALL_LIBDIR})
install(FILES registry/akashi.h DESTINATION ${CMAKE_INSTALL_INCLUDEDIR})
install(FILES ${CMAKE_BINARY_DIR}/akashi.pc DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig)
