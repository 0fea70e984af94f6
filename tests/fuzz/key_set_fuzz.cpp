#include <webhookd/signature/key_set.hpp>

#include "require.hpp"

#include <cstddef>
#include <cstdint>
#include <string_view>

using namespace webhookd;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const auto keys = signature::key_set::parse({reinterpret_cast<const char*>(data), size});
    if (!keys) {
        require(keys.error().code == errc::key_set_malformed);
        return 0;
    }
    require(keys->size() > 0);
    for (const auto& kid : keys->kids()) {
        const auto key = keys->find(kid);
        require(key != nullptr && key->kid() == kid && key->native() != nullptr);
        require(key->bits() >= 2048 && key->bits() <= 8192);
    }
    return 0;
}
