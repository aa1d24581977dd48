/* All public headers. */
#ifndef QUIRE_QUIRE_H
#define QUIRE_QUIRE_H

#include "quire/arrow.h"
#include "quire/batch.h"
#include "quire/codec.h"
#include "quire/context.h"
#include "quire/diff.h"
#include "quire/error.h"
#include "quire/export.h"
#include "quire/expr.h"
#include "quire/feature.h"
#include "quire/file.h"
#include "quire/format.h"
#include "quire/json.h"
#include "quire/memory.h"
#include "quire/observer.h"
#include "quire/option.h"
#include "quire/quality.h"
#include "quire/runlog.h"
#include "quire/sql.h"
#include "quire/stats.h"
#include "quire/store.h"
#include "quire/stream.h"
#include "quire/table.h"
#include "quire/table_alter.h"
#include "quire/table_change.h"
#include "quire/table_convert.h"
#include "quire/table_group.h"
#include "quire/table_upkeep.h"
#include "quire/table_write.h"

#endif
