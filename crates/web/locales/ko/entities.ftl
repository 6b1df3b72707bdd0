# 양식이 선언하는 명부
refusal-registry-similar = “{ $current }” 명부가 이미 있습니다. “{ $provided }”와는 대소문자만 다릅니다.
    .next = 같은 철자를 쓰거나 다른 이름을 고르십시오.
refusal-property-similar = 이 양식은 “{ $registry }”에 이미 있는 속성과 대소문자만 다른 속성을 더하려 합니다.
    .next = 같은 철자를 쓰거나 다른 이름을 고르십시오.
refusal-property-twice = 양식의 두 항목이 “{ $registry }”의 같은 속성에 저장됩니다.
    .next = 속성마다 한 항목에서만 저장하십시오.

# 기록
record-entity-restore = 항목 복원
record-entity-list = 항목 목록 가져오기
record-entity-list-delete = 여러 항목 제거
record-entity-hold = 항목 변경이 앞선 변경을 기다림
record-entity-release = 기다리던 항목 변경 적용
record-registry-update = 명부 변경
record-registry-delete = 명부 제거
record-move-in = 다른 서버에서 프로젝트 옮겨 오기
