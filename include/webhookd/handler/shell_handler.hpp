#pragma once

#include <webhookd/config/config.hpp>
#include <webhookd/handler/handler.hpp>

#include <boost/asio/io_context.hpp>

#include <chrono>
#include <memory>
#include <string>

namespace webhookd::handler {

struct shell_handler_options {
    std::string name;
    config::shell_handler settings;
    std::chrono::milliseconds timeout = config::handler_common{}.timeout;
};

/// Runs a program for each event: `command` by `/bin/sh -c`, `argv` without a shell and looked up in the
/// run's own PATH (a relative path counts from the working directory). What an event says reaches the program
/// by standard input and environment alone and never becomes part of a command line.
///
/// Standard input: the body, byte for byte, in an unnamed file in memory: a program may read it when and as
/// far as it likes, or not at all.
///
/// Environment: PATH, HOME and LANG of the daemon (HOME of `user` where that is set), the `env` of the
/// settings, which wins over those, and:
///
/// | variable                  | value                                                              |
/// |---------------------------|--------------------------------------------------------------------|
/// | UNIVERSIGN_HANDLER        | name of the handler                                                |
/// | UNIVERSIGN_DELIVERY_ID    | number of the delivery                                             |
/// | UNIVERSIGN_ATTEMPT        | 1 for the first                                                    |
/// | UNIVERSIGN_TEST           | `true` for a test that an operator sends                           |
/// | UNIVERSIGN_ENDPOINT       | name of the endpoint the event came to                             |
/// | UNIVERSIGN_EVENT_ID       | the idempotency key: the same for every attempt                    |
/// | UNIVERSIGN_EVENT_TYPE     | `transaction.lifecycle.completed`                                  |
/// | UNIVERSIGN_CREATED        | RFC 3339, UTC; when Universign created the event                   |
/// | UNIVERSIGN_RECEIVED       | RFC 3339, UTC; when the daemon received it                         |
/// | UNIVERSIGN_TRANSACTION_ID | `tx_…`                                                             |
/// | UNIVERSIGN_OBJECT_ID      | id of the object that the event is about                           |
/// | UNIVERSIGN_OBJECT_TYPE    | `transaction`                                                      |
/// | UNIVERSIGN_STATE          | its state                                                          |
/// | UNIVERSIGN_STALLED_REASON | of `action.stalled`                                                |
/// | UNIVERSIGN_API_KEY        | id of the API key behind the event                                 |
/// | UNIVERSIGN_TRACE_ID       |                                                                    |
/// | UNIVERSIGN_JWS_SIGNATURE  | the x-jws-signature as received, for programs that prove it anew   |
///
/// All of them are always set; what the event does not carry is empty, and so is a value that no environment
/// can hold (a NUL byte, more than 32 KiB), because a part of it would name something else. Personal data,
/// the user id included, stays in the body.
///
/// Outcome, by how the program ended:
///
/// | end                       | verdict    | status | reason                                           |
/// |---------------------------|------------|--------|--------------------------------------------------|
/// | exit code 0               | successful | 0      |                                                  |
/// | exit code 75 (EX_TEMPFAIL)| retry      | 75     | `exit code 75 (temporary failure)`               |
/// | any other exit code       | retry      | code   | `exit code 3`                                    |
/// | a signal                  | retry      | 128+n  | `killed by signal 11 (Segmentation fault)`       |
/// | the timeout               | retry      | as is  | `killed after 60 s`                              |
/// | it could not be started   | retry      | 127 where there is no such program, else 126 | `cannot be run:
/// …` | | no descriptor, memory or process left for it | abandoned | 126 | `cannot be run: …`              |
/// | `cancel`                  | abandoned  | as is  | `cancelled`                                      |
///
/// Never `failed`: scripts are repaired and programs installed, and the retry policy has its bound.
/// Standard output and standard error are kept as one text in the order of writing, at most `max_output`
/// bytes; the rest is read and dropped. It is UTF-8 without control characters, and values of `env` of 8
/// bytes or more are replaced by their names in brackets, since they may be secrets.
///
/// An attempt ends with its main process. What that left in the background runs on, and up to 1 MiB of what
/// it still writes is read and dropped (beyond that it gets SIGPIPE, and so it does when the daemon ends); at
/// a timeout or `cancel`, though, the whole process group gets SIGTERM and, 2 s later or as soon as the main
/// process and everybody who could write to its output is gone, SIGKILL. No process becomes a zombie, and no
/// signal handler is installed.
///
/// Threads: processes are started, watched and ended on `loop`, which one thread runs; `start` and `cancel`
/// may be called on another. `done` is called on the loop's. `loop` outlives the handler.
/// `user` takes root, or CAP_SETUID, CAP_SETGID and CAP_KILL; that they are missing shows in each attempt's
/// reason. The user's groups are those at the time of the call.
/// Errors: configuration_invalid for a `user` who does not exist, or texts with a NUL byte.
[[nodiscard]] result<std::unique_ptr<handler>> make_shell_handler(shell_handler_options options,
                                                                  boost::asio::io_context& loop);

} // namespace webhookd::handler
