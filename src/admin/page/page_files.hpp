#pragma once

#include <span>
#include <string_view>

namespace webhookd::admin {

/// A file of the page, which the build has put into the program (src/console/scripts/embed.mjs).
struct page_file {
    std::string_view path;   ///< below /console/
    std::string_view type;   ///< for Content-Type
    std::string_view digest; ///< of the content, for the ETag
    bool immutable;          ///< the path holds a digest of the content, too
    std::string_view plain;  ///< the content, as it is and compressed
    std::string_view gzip;
    std::string_view brotli;
};

/// All of them; none where the program was built without the page (WEBHOOKD_CONSOLE).
[[nodiscard]] std::span<const page_file> page_files();

} // namespace webhookd::admin
