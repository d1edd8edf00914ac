/** Subscriptions: the changes of a range of keys, as a storage applies them. */
@NullMarked
package io.petacore.subscription;

import org.jspecify.annotations.NullMarked;
