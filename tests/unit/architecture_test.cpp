#include "support/paths.hpp"

#include <catch2/catch.hpp>

#include <array>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace {

namespace fs = std::filesystem;

// Bytes and values only: what would let a socket, a disk, a thread or another room in.
constexpr std::array pure_rooms{"event", "signature", "routing"};
constexpr std::array forbidden{
    "boost/asio",       "boost/beast",
    "sqlite3",          "curl/",
    "yaml-cpp",         "spdlog",
    "systemd/",         "sys/socket.h",
    "unistd.h",         "<thread>",
    "<mutex>",          "<fstream>",
    "<filesystem>",     "webhookd/config",
    "webhookd/handler", "webhookd/http",
    "webhookd/ingest",  "webhookd/outbound",
    "webhookd/store",   "webhookd/delivery",
    "webhookd/admin",   "webhookd/runtime",
    "webhookd/cli",     "webhookd/telemetry",
};

std::vector<fs::path> files_of(std::string_view room) {
    std::vector<fs::path> files;
    for (const auto* side : {"include/webhookd", "src"}) {
        const auto folder = fs::path(webhookd::test::source_folder()) / side / room;
        if (!fs::is_directory(folder)) continue;
        for (const auto& entry : fs::recursive_directory_iterator(folder))
            if (entry.is_regular_file()) files.push_back(entry.path());
    }
    return files;
}

std::vector<std::string> includes_of(const fs::path& file) {
    std::ifstream in(file);
    std::vector<std::string> lines;
    for (std::string line; std::getline(in, line);)
        if (const auto hash = line.find_first_not_of(" \t");
            hash != std::string::npos && line[hash] == '#' && line.find("include") != std::string::npos)
            lines.push_back(line);
    return lines;
}

} // namespace

TEST_CASE("the pure rooms include no sockets, disks, threads or other rooms", "[architecture]") {
    for (const auto* room : pure_rooms) {
        const auto files = files_of(room);
        CHECK(files.size() > 1);
        for (const auto& file : files)
            for (const auto& line : includes_of(file))
                for (const auto* word : forbidden) {
                    CAPTURE(file.string(), line);
                    CHECK(line.find(word) == std::string::npos);
                }
    }
}

TEST_CASE("the engines and the handlers' doings are included by their own rooms only", "[architecture]") {
    const std::array<std::pair<std::string_view, std::string_view>, 3> owners{
        {{"sqlite3.h", "store"}, {"curl/curl.h", "outbound"}, {"<prometheus/", "telemetry"}}};
    const auto src = fs::path(webhookd::test::source_folder()) / "src";
    for (const auto& entry : fs::recursive_directory_iterator(src)) {
        if (!entry.is_regular_file()) continue;
        const auto room = fs::relative(entry.path(), src).begin()->string();
        for (const auto& line : includes_of(entry.path()))
            for (const auto& [header, owner] : owners) {
                CAPTURE(entry.path().string(), line);
                CHECK((line.find(header) == std::string::npos || room == owner));
            }
    }
}

TEST_CASE("telemetry knows neither SQL nor HTTP", "[architecture]") {
    constexpr std::array strange{
        "boost/asio",      "boost/beast",     "sqlite",           "webhookd/admin",  "http/message.hpp",
        "http/server.hpp", "http/router.hpp", "http/problem.hpp", "event_store.hpp", "ingest/receiver.hpp"};
    const auto files = files_of("telemetry");
    CHECK(files.size() > 1);
    for (const auto& file : files)
        for (const auto& line : includes_of(file))
            for (const auto* word : strange) {
                CAPTURE(file.string(), line);
                CHECK(line.find(word) == std::string::npos);
            }
}
