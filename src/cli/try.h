/* The macros that the library's sources use too, for code that sees only its
 * public headers: QUIRE_TRY returns on failure, QUIRE_CLEANUP releases when the
 * scope is left. */
#ifndef QUIRE_CLI_TRY_H
#define QUIRE_CLI_TRY_H

#ifndef QUIRE_TRY
#define QUIRE_TRY(expr)                                                      \
    do {                                                                     \
        int quire_try_code = (expr);                                         \
        if (__builtin_expect(quire_try_code != 0, 0)) return quire_try_code; \
    } while (0)
#endif

#ifndef QUIRE_CLEANUP
#define QUIRE_CLEANUP(function) __attribute__((cleanup(function)))
#endif

#endif
