/** The multi-version cache: version chains, their indexes, their history. */
@NullMarked
package io.petacore.internal.mvcc;

import org.jspecify.annotations.NullMarked;
