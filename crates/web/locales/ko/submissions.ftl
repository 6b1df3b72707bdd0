# 제출물: 목록, 제출물 하나, 검토, 삭제.

submissions-by-form = 양식별 제출물
submissions-no-form = 아직 게시된 양식이 없어 제출물이 들어올 수 없습니다. 먼저 양식을 게시하십시오.
submissions-to-forms = 양식으로 가기
submissions-form = 양식
submissions-count = 제출물
submissions-to-review = 검토할 것
submissions-last = 마지막 수신
submissions-received = 받은 때
submissions-state = 검토
submissions-sender = 보낸 곳
submissions-empty = 이 양식으로 들어온 제출물이 아직 없습니다. 휴대전화나 브라우저에서 보내면 바로 여기에 나타납니다.
submissions-empty-collect = 이 양식으로 들어온 제출물이 아직 없습니다. 여기 브라우저에서 작성하거나, 휴대전화를 추가해 ODK Collect로 보내십시오.
submissions-locked = 민감한 답은 봉인되어 있습니다. 잠금을 풀면 열쇠를 가진 답을 읽을 수 있습니다.
submissions-closed-to-you = 막대로 보이는 답은 본인에게 열쇠가 없는 구획에 봉인되어 있습니다.
submissions-columns = 열 고르기
submissions-map = 지도
sender-phone = 휴대전화 { $number }

filter-any = 모두
filter-device = 휴대전화
filter-from = 받은 날부터
filter-until = 받은 날까지
filter-field = 공개 질문
filter-no-field = 없음
filter-test = 답
filter-value = 값
filter-needs-number = ‘이상’과 ‘이하’에는 12나 4.5 같은 수가 필요합니다.
test-is = 같음
test-contains = 포함
test-at-least = 이상
test-at-most = 이하

columns-title = 열 고르기
columns-which = 표와 내보내기에 넣을 열
columns-show = 이 열 보기
columns-back = 표로 돌아가기

map-of-form = { $form }: 지도
map-no-field = 이 양식에는 볼 수 있는 위치 질문이 없습니다.
map-locked = 위치는 봉인되어 있습니다. 잠금을 풀고 보십시오.
map-empty = 볼 수 있는 위치가 적힌 제출물이 없습니다.
map-not-all = 지도에는 제출물 { $count }건 가운데 최근 { $shown }건이 나옵니다. 나머지는 목록에서 걸러서 보십시오.
map-which = 위치
map-show = 지도에 표시하기
map-sensitive = 봉인된 위치입니다. 지금 본인에게 열려 있습니다.

review-received = 받음
review-edited = 수정됨
review-has-issues = 문제 있음
review-approved = 승인
review-rejected = 반려

submission-title = { $form }, { $received }
submission-received-from = { $received }, { $sender } 보냄
submission-instance = 인스턴스 ID
submission-identity = 이름과 그 밖의 신원정보
submission-leaf = 원장
leaf-number = { $number }번 줄
submission-answers = 답
submission-versions = 버전
submission-encrypted = 휴대전화가 암호화한 제출물입니다. 받은 그대로 보관하며, 양식의 개인 키를 가진 사람이 열 수 있습니다.
submission-locked = 봉인된 답은 막대로 보입니다. 잠금을 풀면 열쇠를 가진 답을 읽을 수 있습니다.
submission-closed-to-you = 민감한 답은 본인에게 열쇠가 없는 ‘{ $compartment }’ 구획에 봉인되어 있습니다.
submission-identity-open = 신원정보가 이 화면에서만 본인에게 열려 있습니다. 적은 사유와 함께 기록되었습니다: ‘{ $reason }’.

answer-points = 지점 { $count }개
answer-acknowledged = 확인함
answers-rounds = { $count }회
answers-none = 없음.
answers-by-phone = 휴대전화가 채운 값
answers-unknown = 이 버전의 양식에 없는 값
answers-unanswered = 답이 없는 질문 { $count }개는 표시하지 않았습니다.
file-not-arrived = 아직 도착하지 않음
file-unnamed = 파일

version-number = 버전 { $number }
versions-in = 버전 { $number }에서 바뀐 것
versions-changes = 바뀐 답
versions-count = { $differing ->
        [0] 볼 수 있는 답 가운데 다른 것이 없으며
       *[other] 답 { $differing }개가 다르고
    } { $same }개는 같습니다.
versions-closed = 닫혀 있는 답은 비교하지 않았습니다.
versions-sealed = 지금 열어 둔 봉인된 답이 이 가운데 있습니다.

key-heading = 양식의 개인 키로 열기
key-private = 개인 키
key-private-hint = ‘BEGIN PRIVATE KEY’와 ‘END PRIVATE KEY’ 사이의 글을 두 줄까지 함께 넣으십시오. 한 번만 쓰고 보관하지 않습니다.
key-reason-hint = 신원정보도 필요할 때만 쓰십시오. 이름, 시각, 이 사유가 기록됩니다.
key-files = 파일
key-files-save = 답과 파일을 ZIP으로 저장하기
key-files-hint = 이때 화면에는 아무것도 보이지 않습니다. 신원정보 질문의 파일은 사유를 쓴 때에만 들어갑니다.
key-open = 이 키로 열기
signature-matches = 본인의 키로 열었습니다. 답과 파일은 휴대전화가 서명한 것과 같습니다.
signature-differs = 본인의 키로 열었습니다. 답이나 파일이 휴대전화가 서명한 것과 다릅니다. 손상되었거나 바뀌었습니다.
signature-absent = 본인의 키로 열었습니다. 휴대전화가 서명하지 않아 손상 여부를 알 수 없습니다.
signature-files-missing = 본인의 키로 열었습니다. 아직 오지 않은 파일이 있어 서명을 확인할 수 없습니다.

review-heading = 검토
review-notes = 메모와 결정
review-decision = 결정
review-keep = 그대로 두기
review-note = 메모
review-note-hint = 이 양식의 민감한 답과 똑같이 봉인됩니다.
review-save = 검토 저장하기

history-heading = 이력
history-received = 받음
history-edited = 수정: 새 버전이 들어옴
history-reviewed = 검토: { $state }
history-noted = 메모를 남김
history-opened = 신원정보 열람: ‘{ $reason }’
history-entity-error = 명부 항목을 쓰지 못함: { $problem }

erase-heading = 삭제
erase-this = 이 제출물 삭제하기
erase-what = 삭제하면 이 제출물의 답과 파일이 모두에게서 없어집니다. 당사자가 동의를 거두었거나 보관 기간이 끝났을 때 쓰십시오.
erase-question = { $received }에 받은 ‘{ $form }’ 제출물을 삭제합니까?
erase-verb = 이 제출물 삭제하기
erase-reason = 삭제하는 까닭은 무엇입니까?
erase-reason-hint = 이름, 시각, 이 사유는 기록에 남습니다. 당사자가 누구인지 알 수 있는 말은 쓰지 마십시오.
erase-versions = { $count ->
        [1] 답이 파기됩니다.
       *[other] 버전 { $count }개의 답이 파기됩니다.
    }
erase-files = { $count ->
        [0] 파일은 없습니다.
       *[other] 파일 { $count }개가 파기됩니다.
    }
erase-entries = 이 제출물로 생긴 명부 항목은 그대로 있습니다. 그것도 없애야 하면 명부에서 삭제하십시오.
erase-ledger = 원장에는 무엇인가 있었다는 것을 증명하는 숫자만 남고 내용은 남지 않습니다.
erase-backups = 백업에 있는 사본은 백업이 폐기될 때 없어집니다.

done-sent = 보냈고 서버가 받았습니다.
done-reviewed = 검토를 저장했습니다.
done-erased = 제출물을 삭제했습니다.

refusal-reason = 사유가 너무 짧습니다.
    .next = 왜 필요한지 몇 마디로 쓰십시오.
refusal-reason-needed = 이 파일은 신원정보이므로 사유를 적어야 열립니다.
    .next = 먼저 제출물 화면에서 신원정보를 여십시오.
refusal-closed = 본인에게 열쇠가 없는 구획에 봉인되어 있습니다.
    .next = 열쇠를 가진 사람에게 부탁하거나 책임자에게 열쇠를 요청하십시오.
refusal-review-state = 그런 검토 상태는 없습니다.
    .next = 화면에 있는 상태 가운데 고르십시오.
refusal-note-empty = 결정도 메모도 없습니다.
    .next = 결정을 고르거나 메모를 쓰십시오.
refusal-encrypted = 이 키로는 제출물이 열리지 않습니다.
    .next = 이 양식의 개인 키인지, PEM 형식으로 빠짐없이 넣었는지 확인하십시오.
refusal-not-encrypted = 휴대전화에서 암호화한 제출물이 아닙니다.
    .next = 키 없이 다른 제출물처럼 여십시오.
