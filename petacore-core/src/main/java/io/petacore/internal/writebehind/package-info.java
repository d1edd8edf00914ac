/**
 * Write-behind: takes writes at memory speed, and commits the last of each key later, in large
 * transactions.
 */
@NullMarked
package io.petacore.internal.writebehind;

import org.jspecify.annotations.NullMarked;
