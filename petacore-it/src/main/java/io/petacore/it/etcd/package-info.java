/** A test's own etcd: where it comes from, how it is hurt, and a plain client that checks on it. */
@NullMarked
package io.petacore.it.etcd;

import org.jspecify.annotations.NullMarked;
