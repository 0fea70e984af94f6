# The page as a source of the program: `page_source`, made when one of its own sources has changed.
set(page_folder ${PROJECT_BINARY_DIR}/page)
set(page_source ${page_folder}/page_files.cpp)
set(console ${PROJECT_SOURCE_DIR}/src/console)

if(NOT WEBHOOKD_CONSOLE)
    file(CONFIGURE OUTPUT ${page_source} CONTENT [[
// The program is built without the page.
#include "admin/page/page_files.hpp"

namespace webhookd::admin {

std::span<const page_file> page_files() {
    return {};
}

} // namespace webhookd::admin
]] @ONLY)
    return()
endif()

find_program(NODE NAMES node nodejs)
find_program(NPM npm)
set(way_out "`./dev deps build` installs it; with -DWEBHOOKD_CONSOLE=OFF the program is built without the page.")
if(NOT NODE OR NOT NPM)
    message(FATAL_ERROR "The page needs Node.js 18 or later and npm. ${way_out}")
endif()
execute_process(COMMAND ${NODE} --version OUTPUT_VARIABLE node_version OUTPUT_STRIP_TRAILING_WHITESPACE
    COMMAND_ERROR_IS_FATAL ANY)
string(REGEX REPLACE "^v" "" node_version "${node_version}")
if(node_version VERSION_LESS 18)
    message(FATAL_ERROR "The page needs Node.js 18 or later, and ${NODE} is ${node_version}. ${way_out}")
endif()

file(GLOB_RECURSE page_inputs CONFIGURE_DEPENDS ${console}/source/* ${console}/scripts/*)
list(APPEND page_inputs ${console}/.npmrc ${console}/icon.svg ${console}/index.html ${console}/package.json
    ${console}/package-lock.json ${console}/tsconfig.json)
add_custom_command(OUTPUT ${page_source} ${page_folder}/page_files.bin
    COMMAND ${console}/scripts/build_page.sh ${page_folder}
    DEPENDS ${page_inputs} COMMENT "Building the page" VERBATIM)
set_source_files_properties(${page_source} PROPERTIES OBJECT_DEPENDS ${page_folder}/page_files.bin
    COMPILE_OPTIONS -Wa,-I${page_folder})
