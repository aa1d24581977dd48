/* Which symbols the shared library shows. */
#ifndef QUIRE_EXPORT_H
#define QUIRE_EXPORT_H

#if defined(__GNUC__)
#define QUIRE_API __attribute__((visibility("default")))
#define QUIRE_PRINTF(format_index, first_index) \
    __attribute__((format(printf, format_index, first_index)))
#else
#define QUIRE_API
#define QUIRE_PRINTF(format_index, first_index)
#endif

#endif
