# ODK Central 클라이언트와 사람에게 계정, 역할, 배정에 관해 알리는 문장.

refusal-form-not-assigned = 이 휴대전화나 링크로는 ‘{ $form }’ 양식을 쓸 수 없습니다.
    .next = 작성한 내용을 그대로 두고, 업무 책임자에게 양식 배정을 요청해 주십시오.
refusal-member-without-key = { $name } 님이 아직 비밀번호를 정하지 않아 열쇠를 줄 수 없습니다.
    .next = 처음 로그인한 다음에 열쇠를 주십시오.
refusal-roles-apart = ‘{ $one }’ 역할과 ‘{ $two }’ 역할은 한 사람이 함께 맡을 수 없습니다.
    .next = 두번째 역할은 다른 사람에게 주십시오.
refusal-draft-gone = 시험하려는 초안이 더이상 없거나 접근이 끝났습니다.
    .next = 양식을 준비하는 사람에게 현재 초안을 요청해 주십시오.
refusal-form-id-used = ‘{ $form }’ ID의 양식이 이미 있습니다.
    .next = 그 양식을 먼저 삭제하거나, 이 양식을 삭제된 상태로 두십시오.
