/* The list of features, by what the build was configured with. */
#include "quire/feature.h"

#include "quire_config.h"

#ifdef QUIRE_WITH_OPENSSL
#define ENCRYPTION_WITHOUT NULL
#else
#define ENCRYPTION_WITHOUT "OpenSSL"
#endif

#ifdef QUIRE_WITH_ROARING
#define DELETION_VECTORS_WITHOUT NULL
#else
#define DELETION_VECTORS_WITHOUT "roaring"
#endif

#ifdef QUIRE_WITH_YAML
#define YAML_WITHOUT NULL
#else
#define YAML_WITHOUT "libyaml"
#endif
#ifdef QUIRE_WITH_SQLITE
#define SQL_WITHOUT NULL
#else
#define SQL_WITHOUT "SQLite"
#endif

static const struct quire_feature features[] = {
    {"encryption", "AES-GCM and AES-CTR", ENCRYPTION_WITHOUT},
    {"deletion-vectors", "rows that Delta tables mark as deleted", DELETION_VECTORS_WITHOUT},
    {"yaml", "rules in YAML (in JSON they need no library)", YAML_WITHOUT},
    {"sql", "queries over files and tables", SQL_WITHOUT},
};

const struct quire_feature *quire_features(size_t *size)
{
    *size = sizeof(features) / sizeof(features[0]);
    return features;
}
