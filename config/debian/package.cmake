# What is installed where, and the Debian package made of it: ./dev package
include(GNUInstallDirs)
set(debian ${CMAKE_CURRENT_LIST_DIR})
set(documents ${PROJECT_BINARY_DIR}/documents)
set(CMAKE_SKIP_INSTALL_ALL_DEPENDENCY ON) # packing builds nothing by itself

# Made by the binary's own help, so apart from plain builds: they need no help2man.
add_custom_target(documents
    COMMAND ${debian}/make_documents.sh $<TARGET_FILE:universign-webhookd> ${documents} ${PROJECT_VERSION}
    DEPENDS universign-webhookd VERBATIM)

set(doc_dir ${CMAKE_INSTALL_DATADIR}/doc/universign-webhookd)
install(TARGETS universign-webhookd RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
install(FILES ${PROJECT_SOURCE_DIR}/config/schema.json ${PROJECT_SOURCE_DIR}/config/openapi.yaml
    DESTINATION ${CMAKE_INSTALL_DATADIR}/universign-webhookd)
install(FILES ${PROJECT_SOURCE_DIR}/systemd/universign-webhookd.service
    ${PROJECT_SOURCE_DIR}/systemd/universign-webhookd-ingest.socket
    ${PROJECT_SOURCE_DIR}/systemd/universign-webhookd-admin.socket DESTINATION /lib/systemd/system)
install(FILES ${PROJECT_SOURCE_DIR}/systemd/universign-webhookd.sysusers DESTINATION /usr/lib/sysusers.d
    RENAME universign-webhookd.conf)
install(FILES ${PROJECT_SOURCE_DIR}/systemd/universign-webhookd.tmpfiles DESTINATION /usr/lib/tmpfiles.d
    RENAME universign-webhookd.conf)
install(FILES ${debian}/copyright DESTINATION ${doc_dir})
install(DIRECTORY ${documents}/pages/ DESTINATION ${doc_dir})
install(FILES ${PROJECT_SOURCE_DIR}/systemd/handlers.conf.example ${PROJECT_SOURCE_DIR}/config/demo.yaml
    DESTINATION ${doc_dir}/examples)
foreach(examples IN ITEMS grafana prometheus proxies)
    install(DIRECTORY ${PROJECT_SOURCE_DIR}/config/${examples} DESTINATION ${doc_dir}/examples
        PATTERN alerts_test.yaml EXCLUDE)
endforeach()
install(FILES ${documents}/universign-webhookd.yaml DESTINATION /etc/universign-webhookd
    PERMISSIONS OWNER_READ OWNER_WRITE GROUP_READ)
install(FILES ${documents}/universign-webhookd.1.gz DESTINATION ${CMAKE_INSTALL_DATADIR}/man/man1)
install(FILES ${documents}/changelog.gz ${documents}/changelog.Debian.gz DESTINATION ${doc_dir})
install(FILES ${documents}/completion DESTINATION ${CMAKE_INSTALL_DATADIR}/bash-completion/completions
    RENAME universign-webhookd)

set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGE_NAME universign-webhookd)
set(CPACK_PACKAGE_VENDOR "The universign-webhookd authors")
set(CPACK_PACKAGE_CONTACT "The universign-webhookd authors <maintainers@universign-webhookd.invalid>")
set(CPACK_PACKAGE_DIRECTORY ${PROJECT_BINARY_DIR}/package)
set(CPACK_SET_DESTDIR ON)
set(CPACK_INSTALL_PREFIX /usr)
set(CPACK_STRIP_FILES ON)
set(CPACK_INSTALL_DEFAULT_DIRECTORY_PERMISSIONS OWNER_READ OWNER_WRITE OWNER_EXECUTE GROUP_READ GROUP_EXECUTE
    WORLD_READ WORLD_EXECUTE)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_RELEASE 1)
set(CPACK_DEBIAN_PACKAGE_SECTION net)
set(CPACK_DEBIAN_PACKAGE_PRIORITY optional)
set(CPACK_DEBIAN_COMPRESSION_TYPE xz)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_PACKAGE_DEPENDS
    "ca-certificates, init-system-helpers (>= 1.60), systemd | systemd-standalone-sysusers | systemd-sysusers, \
systemd | systemd-standalone-tmpfiles | systemd-tmpfiles")
set(CPACK_DEBIAN_PACKAGE_RECOMMENDS systemd)
set(CPACK_DEBIAN_PACKAGE_SUGGESTS "nginx | haproxy | caddy, prometheus")
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "receives, verifies, keeps and dispatches Universign webhooks")
set(CPACK_DEBIAN_PACKAGE_DESCRIPTION "A daemon that proves that each webhook is Universign's, keeps it on disk
before it is acknowledged, and hands it to handlers: a log, a URL or a program.")
set(CPACK_DEBIAN_PACKAGE_CONTROL_STRICT_PERMISSION ON)
set(CPACK_DEBIAN_PACKAGE_CONTROL_EXTRA ${debian}/postinst ${debian}/prerm ${debian}/postrm ${debian}/conffiles)
include(CPack)
