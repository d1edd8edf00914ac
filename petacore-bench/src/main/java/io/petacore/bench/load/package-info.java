/** Many entries into a namespace, through transactions. */
@NullMarked
package io.petacore.bench.load;

import org.jspecify.annotations.NullMarked;
