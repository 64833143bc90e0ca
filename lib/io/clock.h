/**
 * Time. The one place that asks the machine; tests link another clock.c.
 *
 * Units: milliseconds. Wall time is for rows and logs only; deadlines inside a
 * process use the monotonic clock, those shared between processes the clock of
 * Redis or of the store.
 * Layer:  io
 */
#ifndef IO_CLOCK_H
#define IO_CLOCK_H

#include <stdint.h>

int64_t clock_wall_ms(void);
int64_t clock_mono_ms(void);
/** Monotonic microseconds, for durations in log lines and histograms. */
int64_t clock_mono_us(void);
void clock_sleep_ms(int64_t ms);

#endif
