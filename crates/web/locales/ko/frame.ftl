# 모든 화면의 틀과 공통 요소.

product = 등대
frame-skip = 본문으로 건너뛰기
frame-way = 현재 위치
frame-language = 언어
frame-rooms = 업무 영역
frame-menu = 메뉴
frame-mandate = 임무
frame-waiting = 건 대기 중
frame-lock = 잠그기
frame-unlock = 잠금 풀기
frame-minutes-left = { $count }분

date-in-words = { $year }년 { $month }월 { $day }일
date-in-table = { $year }. { $month }. { $day }.

trouble-title-not-found = 페이지를 찾을 수 없음
trouble-title-refusal = 이 작업은 할 수 없음
trouble-title-fault = 서버에 문제가 생김
trouble-first-page = 첫 화면으로 가기
refusal-not-found = 이 주소에는 아무것도 없거나 볼 수 있는 권한이 없습니다.
    .next = 주소를 확인하거나 첫 화면에서 다시 시작하십시오.
refusal-method = 이 주소는 이런 방식으로 쓸 수 없습니다.
    .next = 뒤로 가서 화면의 버튼을 사용하십시오.
refusal-foreign-form = 다른 사이트에서 보낸 요청이므로 아무 작업도 하지 않았습니다.
    .next = 이 서버의 화면을 열어 다시 보내십시오.
fault-ours = 서버가 이 작업을 끝내지 못했습니다. 사용자의 잘못이 아닙니다.
    .next = 한 번 더 해 보고, 또 생기면 아래 번호를 서버 운영자에게 알려 주십시오.
fault-passing = 지금은 서버가 저장할 수 없습니다.
    .next = 이미 확인된 내용은 안전합니다. 1분쯤 뒤에 다시 시도하십시오.

problem-sheet = 시트 ‘{ $name }’
problem-row = { $row }행
problem-column = { $name } 열
problem-field = 항목 { $name }
problem-fault = 기록 번호:

clock-due-today = 오늘까지
clock-due-days = { $count }일 남음
clock-due-hours = { $count }시간 남음
clock-due-minutes = { $count }분 남음
clock-late-days = { $count }일 지남
clock-late-hours = { $count }시간 지남
clock-late-minutes = { $count }분 지남
clock-rule = { $due } · { $rule }

qr-code = QR 코드: { $label }

comparison-verdict = 결과
comparison-same = 같음
comparison-differs = 다름
comparison-missing = 빠짐
comparison-nothing = 없음

confirmation-final = 되돌릴 수 없습니다.
confirmation-back = 하지 않기

form-optional = (비워 둘 수 있음)
form-error = 오류:{" "}
form-errors = 답 { $count }개에 문제가 있습니다
form-year = 년
form-month = 월
form-day = 일
form-date-incomplete = 날짜의 일부가 비어 있습니다. 년, 월, 일을 모두 쓰십시오.
form-date-no-such-day = 없는 날짜입니다. 년, 월, 일을 확인하십시오. 연도는 네 자리입니다.

map-title = { $caption }: 지점 { $count }곳의 지도, 옆의 표에 목록이 있음
map-north = 북위 { $degrees }°
map-south = 남위 { $degrees }°
map-east = 동경 { $degrees }°
map-west = 서경 { $degrees }°
map-place = 장소
map-coordinates = 위도, 경도
map-more = 그 밖에 { $count }곳

estimate-of = 대상
estimate-value = 추정값
estimate-interval = 구간 (95 %)
estimate-not-representative = 대표성 없음

progress-of = { $total } 중 { $done }
progress-minutes-left = 약 { $count }분 남음
progress-under-a-minute = 1분 안에 끝남
progress-goes-on = 이 화면을 떠나도 작업은 계속됩니다.

sealed-closed = { $label }: 봉인됨
sealed-opened = 방금 본인이 열람함, 기록됨
sealed-not-yours = 다른 구획에 봉인됨
sealed-unlock = 잠금을 풀고 보기
sealed-open = 열기
sealed-open-logged = 기록하고 열기
sealed-reason = 열람해야 하는 까닭은 무엇입니까?
sealed-reason-hint = 이름, 시각, 이 사유가 기록됩니다.

step-done = 끝남
step-current = 지금
step-later = 나중
step-skipped = 생략

table-count = { $count }건
table-export = 보이는 내용 내보내기:
table-filter = 걸러 보기
table-apply = 적용
table-remove-filter = 이 조건 빼기
table-clear = 모두 빼기
table-nothing-matches = 이 조건에 맞는 것이 없습니다.
table-pages = 쪽 넘기기
table-previous = 이전
table-next = 다음

fill-needs-script = 브라우저에서 양식을 쓰려면 자바스크립트가 필요합니다. 이 화면에서 켜거나 휴대전화의 ODK Collect를 쓰십시오.
fill-made-with = ODK Web Forms (Apache-2.0)로 작성하며, 이 서버에서만 불러옵니다.
