/** Runs transactions: views, buffered writes, attempts, queues of hot keys. */
@NullMarked
package io.petacore.internal.transaction;

import org.jspecify.annotations.NullMarked;
