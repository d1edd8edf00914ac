/** Write-through: from a transaction's writes to one guarded request and its outcome. */
@NullMarked
package io.petacore.internal.commit;

import org.jspecify.annotations.NullMarked;
