package io.petacore.etcd;

import io.petacore.testing.PackageRules;

/** Checks the package rules with the packages of this module. */
class EtcdPackageRulesTest extends PackageRules {}
