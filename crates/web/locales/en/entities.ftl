# Registries that forms declare
refusal-registry-similar = There is a registry “{ $current }”; “{ $provided }” differs from it in capitals only.
    .next = Use the same spelling, or choose another name.
refusal-property-similar = The form would add properties to “{ $registry }” that differ from known ones in capitals only.
    .next = Use the same spelling, or choose other names.
refusal-property-twice = Two fields of the form are saved to the same property of “{ $registry }”.
    .next = Save each property from one field.
