#pragma once

namespace webhookd::runtime {

/// What `ps -T` and `top -H` show for the calling thread; Linux takes at most 15 characters.
void name_this_thread(const char* name);

/// For a thread that others wait for and that mostly sleeps: asks the scheduler for the shortest time slice
/// (0.1 ms), so that it runs soon after it wakes, even where threads that compute hold every core. Needs no
/// privilege. Linux 6.12 and later know it (sched_setattr(2), a slice for SCHED_OTHER); others ignore it.
void request_short_slice();

/// For a thread whose work nobody waits for: gives other threads priority (its nice value is 10 above the
/// process's, up to 19).
void lower_priority();

} // namespace webhookd::runtime
