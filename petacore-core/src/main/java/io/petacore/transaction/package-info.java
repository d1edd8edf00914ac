/** Transactions: views, writes, options and results. */
@NullMarked
package io.petacore.transaction;

import org.jspecify.annotations.NullMarked;
