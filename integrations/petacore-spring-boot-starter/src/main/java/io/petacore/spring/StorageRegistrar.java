package io.petacore.spring;

import io.petacore.DistributedStorage;
import java.util.Map;
import org.springframework.beans.factory.BeanFactory;
import org.springframework.beans.factory.BeanFactoryAware;
import org.springframework.beans.factory.support.BeanDefinitionRegistry;
import org.springframework.beans.factory.support.RootBeanDefinition;
import org.springframework.boot.context.properties.bind.Bindable;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.context.EnvironmentAware;
import org.springframework.context.annotation.ImportBeanDefinitionRegistrar;
import org.springframework.core.env.Environment;
import org.springframework.core.type.AnnotationMetadata;

/** Defines a bean for each storage that the properties name. */
@SuppressWarnings("NullAway.Init") // Spring sets the fields.
final class StorageRegistrar
    implements ImportBeanDefinitionRegistrar, EnvironmentAware, BeanFactoryAware {
  private Environment environment;
  private BeanFactory beans;

  StorageRegistrar() {}

  @Override
  public void setEnvironment(Environment value) {
    environment = value;
  }

  @Override
  public void setBeanFactory(BeanFactory value) {
    beans = value;
  }

  @Override
  public void registerBeanDefinitions(
      AnnotationMetadata importing, BeanDefinitionRegistry registry) {
    PetaCoreProperties properties =
        Binder.get(environment).bindOrCreate("petacore", Bindable.of(PetaCoreProperties.class));
    Map<String, StorageProperties> named = properties.named();
    String primary = properties.getPrimary();
    if (primary != null && !named.containsKey(primary)) {
      throw new IllegalStateException(
          "petacore.primary names '" + primary + "', which is none of " + named.keySet());
    }
    for (String name : named.keySet()) {
      RootBeanDefinition definition = new RootBeanDefinition(DistributedStorage.class);
      definition.setInstanceSupplier(() -> beans.getBean(PetaCoreStorages.class).open(name));
      definition.setPrimary(name.equals(primary));
      // So the storages are closed after all that uses this bean, together.
      definition.setDependsOn(PetaCoreAutoConfiguration.STORAGES);
      definition.setDestroyMethodName("");
      registry.registerBeanDefinition(name, definition);
    }
  }
}
