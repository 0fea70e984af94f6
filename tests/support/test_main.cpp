#define CATCH_CONFIG_RUNNER
#include <catch2/catch.hpp>

#include <algorithm>
#include <string>
#include <string_view>

namespace {

/// Of tests/KIND/ROOM/... its room; a file of no room is one.
std::string room_of(std::string_view file) {
    constexpr std::string_view folder = "tests/";
    const auto path = file.substr(file.rfind(folder) + folder.size());
    const auto room = path.substr(path.find('/') + 1);
    return std::string(room.substr(0, std::min(room.find('/'), room.rfind("_test.cpp"))));
}

} // namespace

/// Catch2's own, with a tag for the room of each test: [room:config]. Two rooms may have files of one name.
int main(int argc, char** argv) {
    Catch::Session session;
    if (const int wrong = session.applyCommandLine(argc, argv)) return wrong;
    for (const auto& each : Catch::getAllTestCasesSorted(session.config())) {
        auto tags = each.tags;
        tags.push_back("room:" + room_of(each.lineInfo.file));
        Catch::setTags(const_cast<Catch::TestCase&>(each), tags);
    }
    return session.run();
}
