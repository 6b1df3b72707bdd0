# 양식이 선언하는 명부
refusal-registry-similar = “{ $current }” 명부가 이미 있습니다. “{ $provided }”와는 대소문자만 다릅니다.
    .next = 같은 철자를 쓰거나 다른 이름을 고르십시오.
refusal-property-similar = 이 양식은 “{ $registry }”에 이미 있는 속성과 대소문자만 다른 속성을 더하려 합니다.
    .next = 같은 철자를 쓰거나 다른 이름을 고르십시오.
refusal-property-twice = 양식의 두 항목이 “{ $registry }”의 같은 속성에 저장됩니다.
    .next = 속성마다 한 항목에서만 저장하십시오.
