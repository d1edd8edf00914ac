/** What a storage promises whatever store it is on: every store's tests run these. */
@NullMarked
package io.petacore.contract;

import org.jspecify.annotations.NullMarked;
