/* What a build can do beyond the formats, codecs and stores that it lists. */
#ifndef QUIRE_FEATURE_H
#define QUIRE_FEATURE_H

#include <stddef.h>

#include "quire/export.h"

#ifdef __cplusplus
extern "C" {
#endif

struct quire_feature {
    const char *name;          /* "encryption" */
    const char *summary;       /* one line */
    const char *built_without; /* NULL; else the library that this build lacks for it */
};

/* All features, also those built without their library. Static storage. */
QUIRE_API const struct quire_feature *quire_features(size_t *size);

#ifdef __cplusplus
}
#endif
#endif
