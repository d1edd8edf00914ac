/** What is done to members, connections and processes on purpose, for a while. */
@NullMarked
package io.petacore.it.fault;

import org.jspecify.annotations.NullMarked;
