# 휴대전화와 프로그램이 받는 답: 무엇이 왜 접수되지 않았는지.

refusal-submission = 읽을 수 있는 제출물이 아닙니다.
    .next = 저장된 것은 없습니다. 휴대전화에서 다시 보내 주십시오. 또 거절되면 휴대전화에 그대로 두고 서버 담당자에게 알려 주십시오.
refusal-different-submission = 식별자가 { $instance }인 제출물이 이미 있으며 내용이 다릅니다.
    .next = 바뀐 것은 없습니다. 내용을 고친 제출물에는 새 식별자가 있어야 합니다.
refusal-form-unknown = “{ $form }” 양식의 { $version } 판이 여기에 없습니다.
    .next = 제출물을 지우지 말고 양식을 다시 내려받은 뒤 양식 담당자에게 문의해 주십시오.
refusal-mandate-archived = 이 임무는 보관되어 새 양식을 시작할 수 없습니다.
    .next = 일이 계속된다면 임무를 관리하는 사람이 설정에서 보관을 풀 수 있습니다.
refusal-form-closed = “{ $form }” 양식은 더 이상 제출을 받지 않습니다.
    .next = 제출물을 지우지 말고 양식 담당자에게 문의해 주십시오.
refusal-deprecated-unknown = 고치려는 제출물 { $instance }이(가) 여기에 없습니다.
    .next = 처음 제출물을 먼저 보내 주십시오.
refusal-deprecated-old = 제출물 { $instance }을(를) 그사이 다른 사람이 고쳤습니다.
    .next = 최신 판을 받아 다시 고쳐 주십시오.
refusal-device-unknown = 등록되지 않았거나 해제된 휴대전화입니다.
    .next = 새 QR 코드를 받아 이 휴대전화로 찍어 주십시오.
refusal-file-too-large = { $megabytes }MB보다 큰 파일이 있습니다.
    .next = 사진이나 녹음을 더 작은 크기로 다시 만들어 주십시오.
