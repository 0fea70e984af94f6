#pragma once

#include <pthread.h>

namespace webhookd::runtime {

/// What `ps -T` and `top -H` show for the calling thread; Linux takes at most 15 characters.
inline void name_this_thread(const char* name) { pthread_setname_np(pthread_self(), name); }

} // namespace webhookd::runtime
