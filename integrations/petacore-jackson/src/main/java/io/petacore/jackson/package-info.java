/** Values as JSON, with Jackson 3. */
@NullMarked
package io.petacore.jackson;

import org.jspecify.annotations.NullMarked;
