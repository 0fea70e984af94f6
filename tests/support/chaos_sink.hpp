#pragma once

#include "support/scripted_server.hpp"

#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace webhookd::test {

/// How a receiver of forwarded events can fail, beside answering with a status (http_reply).
namespace chaos {
[[nodiscard]] scripted_reply hang();            ///< takes the request and says nothing
[[nodiscard]] scripted_reply go_silently();     ///< takes the request and closes
[[nodiscard]] scripted_reply reset();           ///< takes the request and resets the connection
[[nodiscard]] scripted_reply half_a_head();     ///< resets within the headers
[[nodiscard]] scripted_reply half_a_body();     ///< says 200 and closes before the body is complete
[[nodiscard]] scripted_reply garbage();         ///< answers in a language of its own
[[nodiscard]] scripted_reply endless_headers(); ///< headers without an end
[[nodiscard]] scripted_reply endless_body();    ///< says 200 and sends as fast as it can, without an end
[[nodiscard]] scripted_reply trickling_body();  ///< says 200 and sends a byte now and then, without an end
} // namespace chaos

/// A receiver that is well, fails as a test's script says, and then is well again, always at the same
/// address.
class chaos_sink {
public:
    explicit chaos_sink(scripted_server_options options = {});
    ~chaos_sink();
    chaos_sink(const chaos_sink&) = delete;
    chaos_sink& operator=(const chaos_sink&) = delete;

    /// The next requests get this reply, after those that were ordered before; all later ones get 200.
    void next(const scripted_reply& reply, int times = 1);
    /// Drops every connection; from now on new ones are refused.
    void go_down();
    void come_up();

    [[nodiscard]] std::string url(std::string_view path = "/hook") const;
    /// In the order of arrival, since the beginning.
    [[nodiscard]] std::vector<scripted_request> requests() const;
    [[nodiscard]] int connections() const; ///< accepted since the beginning

private:
    class implementation;
    std::unique_ptr<implementation> self_;
};

} // namespace webhookd::test
