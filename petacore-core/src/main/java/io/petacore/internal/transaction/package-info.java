/** Running transaction bodies: views, buffered writes, retries. */
@NullMarked
package io.petacore.internal.transaction;

import org.jspecify.annotations.NullMarked;
