/** Values compressed with Zstandard. */
@NullMarked
package io.petacore.zstd;

import org.jspecify.annotations.NullMarked;
