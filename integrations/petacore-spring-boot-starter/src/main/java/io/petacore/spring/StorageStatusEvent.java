package io.petacore.spring;

import io.petacore.StorageStatus;

/**
 * A change of a storage's state, published as an application event on the storage's executor.
 *
 * @param name the name of the storage's bean
 * @param status its status after the change
 */
public record StorageStatusEvent(String name, StorageStatus status) {}
