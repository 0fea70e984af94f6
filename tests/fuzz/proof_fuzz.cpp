#include <webhookd/files/zip.hpp>
#include <webhookd/signature/proof.hpp>

#include "require.hpp"

#include <cstddef>
#include <cstdint>
#include <string_view>

using namespace webhookd;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view archive(reinterpret_cast<const char*>(data), size);
    const auto files = files::read_zip(archive);
    const auto proof = signature::read_proof(archive);
    if (!files) {
        require(!files.error().detail.empty() && !proof.has_value());
        return 0;
    }
    std::size_t bytes = 0;
    for (const auto& each : *files) {
        require(!each.name.empty() && each.name.front() != '.' && each.name.find('/') == std::string::npos);
        bytes += each.name.size() + each.content.size();
    }
    require(bytes < size);
    // What can be read can be written, and reads the same.
    const auto again = files::write_zip(*files, timestamp());
    require(again.has_value() && again->size() == size && files::read_zip(*again).value() == *files);
    if (!proof) return 0;
    require(!proof->body.empty() && !proof->statement.event_id.empty() && !proof->statement.key_id.empty());
    require(signature::read_proof(signature::write_proof(*proof).value()).has_value());
    return 0;
}
