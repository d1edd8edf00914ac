/** The status of a namespace and its etcd cluster. */
@NullMarked
package io.petacore.bench.cli.status;

import org.jspecify.annotations.NullMarked;
