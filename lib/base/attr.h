/**
 * The function attributes this project uses: these five and no more.
 *
 * Layer:  base (pure)
 */
#ifndef BASE_ATTR_H
#define BASE_ATTR_H

#define MUST_CHECK   __attribute__((warn_unused_result))
#define PRINTF(a, b) __attribute__((format(printf, a, b)))
#define NONNULL(...) __attribute__((nonnull(__VA_ARGS__)))
#define NORETURN     __attribute__((noreturn))
#define COLD         __attribute__((cold))

/** Elements of an array (never of a pointer). */
#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

#endif
