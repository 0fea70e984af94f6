#include <webhookd/files/zip.hpp>

#include <boost/crc.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>

namespace webhookd::files {
namespace {

constexpr std::size_t most_files = 16;
constexpr std::size_t longest_name = 64;
constexpr std::uint64_t most_bytes = std::numeric_limits<std::uint32_t>::max();

constexpr std::uint32_t local_signature = 0x04034b50;
constexpr std::uint32_t central_signature = 0x02014b50;
constexpr std::uint32_t end_signature = 0x06054b50;
constexpr std::size_t local_bytes = 30;
constexpr std::size_t central_bytes = 46;
constexpr std::size_t end_bytes = 22;
constexpr std::uint16_t version_needed = 20;
constexpr std::uint16_t stored = 0;
constexpr std::uint16_t utf8_names = 0x0800;

bool is_plain_name(std::string_view name) {
    const auto is_plain = [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' ||
               c == '-' || c == '_';
    };
    return !name.empty() && name.size() <= longest_name && name.front() != '.' &&
           std::ranges::all_of(name, is_plain);
}

bool has_name(const std::vector<archived_file>& files, std::string_view name) {
    return std::ranges::any_of(files, [&](const auto& each) { return each.name == name; });
}

std::uint32_t checksum(std::string_view bytes) {
    boost::crc_32_type crc;
    crc.process_bytes(bytes.data(), bytes.size());
    return crc.checksum();
}

/// MS-DOS date and time, in UTC, in steps of two seconds, from 1980 to 2107.
struct dos_instant {
    std::uint16_t time;
    std::uint16_t date;
};

dos_instant to_dos(timestamp at) {
    using namespace std::chrono;
    const auto day = floor<days>(at);
    const year_month_day date{day};
    const hh_mm_ss clock{floor<seconds>(at - day)};
    const auto since_1980 = std::clamp(static_cast<int>(date.year()), 1980, 2107) - 1980;
    return {static_cast<std::uint16_t>(clock.hours().count() << 11 | clock.minutes().count() << 5 |
                                       clock.seconds().count() / 2),
            static_cast<std::uint16_t>(static_cast<unsigned>(since_1980) << 9 |
                                       static_cast<unsigned>(date.month()) << 5 |
                                       static_cast<unsigned>(date.day()))};
}

void put16(std::string& out, std::uint64_t value) {
    out += static_cast<char>(value & 0xff);
    out += static_cast<char>(value >> 8 & 0xff);
}
void put32(std::string& out, std::uint64_t value) {
    put16(out, value);
    put16(out, value >> 16);
}

/// What a file's own header and its entry in the directory have in common.
void put_description(std::string& out, const archived_file& file, const dos_instant& at) {
    put16(out, version_needed);
    put16(out, utf8_names);
    put16(out, stored);
    put16(out, at.time);
    put16(out, at.date);
    put32(out, checksum(file.content));
    put32(out, file.content.size());
    put32(out, file.content.size());
    put16(out, file.name.size());
    put16(out, 0); // no extra field
}

failure malformed(std::string why) {
    return {errc::argument_invalid, std::move(why)};
}

/// Numbers of an archive, little endian. The caller has checked that they are there.
class fields {
public:
    explicit fields(std::string_view bytes)
        : bytes_(bytes) {}

    std::uint32_t next16() {
        const auto value = static_cast<std::uint32_t>(byte(0) | byte(1) << 8);
        bytes_.remove_prefix(2);
        return value;
    }
    std::uint32_t next32() {
        const auto low = next16();
        return low | next16() << 16;
    }
    void skip16() { bytes_.remove_prefix(2); }

private:
    [[nodiscard]] unsigned byte(std::size_t i) const { return static_cast<unsigned char>(bytes_[i]); }

    std::string_view bytes_;
};

struct description {
    std::uint32_t flags = 0;
    std::uint32_t method = 0;
    std::uint32_t crc = 0;
    std::uint32_t packed = 0;
    std::uint32_t size = 0;
    std::uint32_t name = 0;  ///< its length
    std::uint32_t extra = 0; ///< the same
    friend bool operator==(const description&, const description&) = default;
};

description read_description(fields& from) {
    description d;
    from.skip16(); // the version that is needed: a file that is stored needs none
    d.flags = from.next16();
    d.method = from.next16();
    from.skip16(); // time
    from.skip16(); // date
    d.crc = from.next32();
    d.packed = from.next32();
    d.size = from.next32();
    d.name = from.next16();
    d.extra = from.next16();
    return d;
}

std::optional<failure> unsupported(const description& d) {
    if ((d.flags & 1) != 0) return malformed("a file is encrypted");
    if (d.method != stored) return malformed("a file is compressed");
    if ((d.flags & ~std::uint32_t{utf8_names}) != 0) return malformed("a file has flags that are not known");
    if (d.packed != d.size) return malformed("a file has two sizes");
    if (d.extra != 0) return malformed("a file has an extra field");
    return std::nullopt;
}

struct directory {
    std::string_view entries;
    std::size_t files = 0;
    std::size_t offset = 0; ///< where it begins: the files end there
};

result<directory> find_directory(std::string_view archive) {
    if (archive.size() < end_bytes) return malformed("it is too short");
    fields end(archive.substr(archive.size() - end_bytes));
    if (end.next32() != end_signature) return malformed("it has no end, or a comment behind it");
    const auto disk = end.next16();
    const auto first_disk = end.next16();
    const auto here = end.next16();
    const auto all = end.next16();
    const std::uint64_t size = end.next32();
    const std::uint64_t offset = end.next32();
    const auto comment = end.next16();
    if (disk != 0 || first_disk != 0 || here != all) return malformed("it is split");
    if (comment != 0) return malformed("it has a comment");
    if (all == 0 || all > most_files) return malformed("it has no file, or too many");
    if (offset + size != archive.size() - end_bytes) return malformed("its directory is not where it says");
    return directory{archive.substr(offset, size), all, offset};
}

/// Takes the next entry of the directory off; `begins` is where its file must begin, and moves behind it.
result<archived_file> take_file(std::string_view files, std::string_view& entries, std::size_t& begins) {
    if (entries.size() < central_bytes) return malformed("its directory is cut off");
    fields entry(entries.substr(0, central_bytes));
    if (entry.next32() != central_signature) return malformed("its directory is damaged");
    entry.skip16(); // made by
    const auto told = read_description(entry);
    const auto comment = entry.next16();
    const auto disk = entry.next16();
    entry.skip16(); // internal attributes
    entry.next32(); // external ones
    const auto offset = entry.next32();
    if (auto why = unsupported(told)) return *why;
    if (comment != 0 || disk != 0) return malformed("a file has a comment, or is elsewhere");
    if (told.name > entries.size() - central_bytes) return malformed("its directory is cut off");
    const auto name = entries.substr(central_bytes, told.name);
    if (!is_plain_name(name)) return malformed("a file has a name that is not allowed");
    entries.remove_prefix(central_bytes + told.name);

    if (offset != begins) return malformed("there is something between its files");
    const auto left = files.size() - begins;
    if (left < local_bytes + told.name || left - local_bytes - told.name < told.size)
        return malformed("a file is cut off");
    fields header(files.substr(begins, local_bytes));
    const bool same = header.next32() == local_signature && read_description(header) == told &&
                      files.substr(begins + local_bytes, told.name) == name;
    if (!same) return malformed("a file and the directory differ");
    const auto content = files.substr(begins + local_bytes + told.name, told.size);
    if (checksum(content) != told.crc) return malformed("a checksum is wrong");
    begins += local_bytes + told.name + told.size;
    return archived_file{std::string(name), std::string(content)};
}

} // namespace

result<std::string> write_zip(std::span<const archived_file> files, timestamp at) {
    if (files.empty() || files.size() > most_files)
        return failure{errc::argument_invalid, "an archive has 1 to 16 files"};
    const auto dated = to_dos(at);
    std::uint64_t expected = end_bytes;
    std::vector<archived_file> seen;
    for (const auto& each : files) {
        if (!is_plain_name(each.name) || has_name(seen, each.name))
            return failure{errc::argument_invalid, "a file of an archive has no name of its own"};
        seen.push_back({each.name, {}});
        expected += local_bytes + central_bytes + 2 * each.name.size() + each.content.size();
    }
    if (expected > most_bytes) return failure{errc::argument_invalid, "an archive has less than 4 GiB"};
    std::string out;
    std::string entries;
    out.reserve(expected);
    for (const auto& each : files) {
        const auto offset = out.size();
        put32(out, local_signature);
        put_description(out, each, dated);
        out += each.name;
        out += each.content;
        put32(entries, central_signature);
        put16(entries, version_needed);
        put_description(entries, each, dated);
        put16(entries, 0); // no comment
        put16(entries, 0); // disk
        put16(entries, 0); // internal attributes
        put32(entries, 0); // external attributes
        put32(entries, offset);
        entries += each.name;
    }
    const auto begins = out.size();
    out += entries;
    put32(out, end_signature);
    put32(out, 0); // disks
    put16(out, files.size());
    put16(out, files.size());
    put32(out, entries.size());
    put32(out, begins);
    put16(out, 0); // no comment
    return out;
}

result<std::vector<archived_file>> read_zip(std::string_view archive) {
    auto where = find_directory(archive);
    if (!where) return where.error();
    const auto files = archive.substr(0, where->offset);
    std::vector<archived_file> found;
    std::size_t begins = 0;
    for (std::size_t i = 0; i < where->files; ++i) {
        auto file = take_file(files, where->entries, begins);
        if (!file) return file.error();
        if (has_name(found, file->name)) return malformed("two files have one name");
        found.push_back(std::move(*file));
    }
    if (!where->entries.empty() || begins != files.size())
        return malformed("it holds bytes that belong to no file");
    return found;
}

} // namespace webhookd::files
