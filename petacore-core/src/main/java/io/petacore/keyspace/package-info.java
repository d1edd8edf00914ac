/** Typed keyspaces: ranges of keys whose keys and values are objects of the application. */
@NullMarked
package io.petacore.keyspace;

import org.jspecify.annotations.NullMarked;
